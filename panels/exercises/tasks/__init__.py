"""What each exercise computes: one function each, on the model that was chosen."""
