"""What looks back asks over HTTP: series and track of one mower, and frames of the fleet at a past moment."""
