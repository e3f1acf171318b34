"""What a gateway serves: the versioned configuration model, publishing it, and watching it."""
