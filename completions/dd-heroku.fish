complete --keep-order --exclusive --command dd-heroku --arguments "(COMPLETE=fish dd-heroku -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
