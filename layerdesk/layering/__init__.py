"""Flat image to document: the stages in the order they run, and the protocols that engines fulfil. No Qt."""
