"""Sound that is drawn in bands: two decorrelated sides, whose levels move."""
