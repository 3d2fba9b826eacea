"""The server: cases, hooks and claims come in over HTTP, and what the other rooms say of them goes out."""
