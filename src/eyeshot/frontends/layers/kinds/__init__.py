"""The kinds of layers: what each is called and takes (`names`), and the nodes that it becomes (`table`)."""
