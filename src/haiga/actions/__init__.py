"""What a user can ask for: create, replay, write, paint, style, mount."""
