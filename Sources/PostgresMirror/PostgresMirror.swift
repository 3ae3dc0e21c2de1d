// PostgresMirror
