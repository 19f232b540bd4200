# Imports each check that is named on the command line, and says after each what came of it. A check of the app is named by
# its file.
import importlib
import os
import sys


def attempt(name):
    try:
        if name.endswith(".py"):
            sys.path.insert(0, os.path.dirname(name))
            importlib.import_module(os.path.basename(name)[:-3])
        else:
            importlib.import_module("datadog_checks." + name)
    except ImportError as error:
        return "\t".join(["missing", getattr(error, "name", None) or "", str(error)])
    except BaseException as error:
        return "\t".join(["failed", "", "%s: %s" % (type(error).__name__, error)])
    return "imported"


sys.dont_write_bytecode = True
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for name in sys.argv[1:]:
    out.write("%s\t%s\n" % (name, " ".join(attempt(name).split(" ")).replace("\n", " ")))
    out.flush()
