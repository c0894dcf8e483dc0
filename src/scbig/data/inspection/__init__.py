"""What is in a file that nobody has described: one file a question, answers with their evidence.

``read_screen`` never guesses. What is found here is said, then declared to it.
"""
