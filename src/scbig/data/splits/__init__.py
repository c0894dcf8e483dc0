"""Rules that decide which conditions are trained on, validated on and tested."""
