"""Puts the resources folder inside the installed package, as `layerdesk/_resources`. All else stands in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

resources = {
    ".".join(("layerdesk", "_resources", *folder.parts[1:])): str(folder)
    for folder in (Path("resources"), *Path("resources").glob("**/*"))
    if folder.is_dir()
}

setup(
    packages=[*find_packages(include=["layerdesk", "layerdesk.*"]), *resources],
    package_dir=resources,
    package_data={name: ["*"] for name in resources},
)
