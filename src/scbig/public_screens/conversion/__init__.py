"""Source layouts to AnnData files that ``read_screen`` takes."""
