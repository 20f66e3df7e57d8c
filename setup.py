"""Puts the resources folder inside the installed package, as `layerdesk/_resources`. All else stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["layerdesk", "layerdesk.*"]), "layerdesk._resources"],
    package_dir={"layerdesk._resources": "resources"},
    package_data={"layerdesk._resources": ["*", "*/*", "*/*/*"]},
)
