"""What is said of everything else: variables that nobody claims, cells by name, the nearest row, copies."""
