"""The PostgreSQL of one's own: its programs, the folder with its data, and the server as a child process."""
