"""Still pictures of a network: from views, procedures and tables to scenes."""
