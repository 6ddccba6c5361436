"""JSON that the programs write, held against the schemas in docs/schemas."""

import functools
import json
import pathlib
import warnings

try:
    import jsonschema
except ImportError:  # Debian's python3-jsonschema, or whatever Python it is that runs the tests
    jsonschema = None

FOLDER = pathlib.Path(__file__).parents[2] / "docs/schemas"


@functools.cache
def validator(name):
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    # They name one another by file.
    with warnings.catch_warnings():  # Debian's version has nothing else
        warnings.simplefilter("ignore", DeprecationWarning)
        resolver = jsonschema.RefResolver(f"{FOLDER.as_uri()}/", schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def faults(name, document):
    """What is wrong with it, in words."""
    return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in validator(name).iter_errors(document)]
