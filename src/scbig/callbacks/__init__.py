"""Lightning callbacks: evaluation, prediction files, monitors."""
