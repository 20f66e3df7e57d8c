"""What is edited: frozen values and pure functions over them. No Qt, no files, no engines."""
