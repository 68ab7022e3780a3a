"""What every panel stands on: the state of a screen, the reading under it, words and drawing."""
