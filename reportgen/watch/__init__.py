"""`build --watch`: an input built again whenever it is saved, with a preview in the browser."""
