//! The one test binary: a module per verb, all of them through the real `dd-heroku`.
