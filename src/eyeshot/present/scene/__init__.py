"""Pictures as data: panels of shapes in coordinates of what they show, and writers of files for them.

`scene` has the shapes, `palette` their colours, `metrics` the widths of texts. One scene is written as SVG (`svg`), as
PDF and PNG or onto a figure of the user's (`figure`), and as an image of pixels for moving pictures (`raster`).
"""
