"""Answers built on fields: how to cut an image into tiles that give what the whole image gives."""
