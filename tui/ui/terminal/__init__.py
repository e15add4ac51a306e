"""The terminal itself: the bytes that it sends, what they mean, and the bytes that it takes."""
