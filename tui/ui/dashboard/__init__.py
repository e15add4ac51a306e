"""The main screen: header, grid of panels, key bar, and how a press is armed."""
