"""What is taken away: a panel's numbers, a whole run, a panel in somebody else's page."""
