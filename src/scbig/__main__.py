"""``python -m scbig``."""

from scbig.cli import main

if __name__ == "__main__":
    main()
