"""Exercises that check themselves: the answer is what the model gives today."""
