"""How Django writes dates and times where nothing else says how (admin above all); one package for each language."""
