"""Holds KEDA's objects against its own definitions of them, and a trigger's settings against what its scaler reads."""

import re

import go_module
import jsonschema
import yaml

VERSION = "v2.17.2"


def kinds():
    """{kind: schema, in which an unknown key is a mistake}; None where KEDA's module cannot be had."""
    module = go_module.folder("github.com/kedacore/keda/v2", VERSION)
    if module is None:
        return None
    found = {}
    for path in (module / "config/crd/bases").glob("keda.sh_*.yaml"):
        definition = yaml.safe_load(path.read_text())["spec"]
        (version,) = definition["versions"]
        schema = version["schema"]["openAPIV3Schema"]
        del schema["properties"]["metadata"]  # Kubernetes' own
        schema["properties"]["metadata"] = {}
        found[definition["names"]["kind"]] = closed(schema)
    return found


def closed(schema):
    if isinstance(schema, dict):
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            closed(part)
    elif isinstance(schema, list):
        for part in schema:
            closed(part)
    return schema


def settings(scaler):
    """{name: where it may stand, such as triggerMetadata or authParams}."""
    source = go_module.folder("github.com/kedacore/keda/v2", VERSION) / f"pkg/scalers/{scaler}_scaler.go"
    tags = re.findall(r'keda:"name=(\w+),\s*order=([\w;]+)', source.read_text())
    return {name: places.split(";") for name, places in tags}


def mistakes(document, schemas):
    """What is wrong with one object."""
    found = [f"{error.json_path}: {error.message}" for error in
             jsonschema.Draft7Validator(schemas[document["kind"]]).iter_errors(document)]
    for trigger in document["spec"].get("triggers", []):
        known = settings(trigger["type"])
        found += [f"trigger {trigger['type']}: {name} is none of its settings" for name in trigger["metadata"]
                  if "triggerMetadata" not in known.get(name, [])]
    return found
