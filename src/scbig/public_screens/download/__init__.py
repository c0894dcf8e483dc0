"""Files over HTTP that are what they should be, or not there at all."""
