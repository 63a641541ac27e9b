"""Open data: a folder of CSV and Parquet with all that is needed to use it, whole or not at all.

    from dashboard.export.folder import export_folder

`tables.py` lists what is in it, `session.py` writes a table, `measured.py` the measures, `data_use.py` the shape of the
Data Use Register standard, `package.py` the descriptor, `dictionary.py` the data dictionary, `folder.py` the whole.
"""
