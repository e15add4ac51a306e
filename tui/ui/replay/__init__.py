"""The application that shows a recorded session."""
