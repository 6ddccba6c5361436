"""As much of JSON Schema as the schemas in docs/schemas use; an unknown keyword is an error."""

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool}
KNOWN = {"$schema", "$id", "title", "description", "$defs", "$ref", "type", "properties", "required", "additionalProperties",
         "items", "enum", "minimum"}


def mistakes(value, schema, root=None, at="$"):
    """What of the value does not agree with the schema, in words."""
    root = schema if root is None else root
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError(f"{at}: this validator does not know {unknown}")
    if "$ref" in schema:
        return mistakes(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    kind = schema.get("type")
    if kind in ("integer", "number"):
        right = isinstance(value, (int, float) if kind == "number" else int) and not isinstance(value, bool)
    else:
        right = kind is None or isinstance(value, KINDS[kind])
    if not right:
        return [f"{at}: {value!r} is no {kind}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "minimum" in schema and value < schema["minimum"]:
        found.append(f"{at}: {value!r} is below {schema['minimum']}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += mistakes(item, schema.get("items", {}), root, f"{at}[{number}]")
    if isinstance(value, dict):
        found += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, item in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            if inner is False:
                found.append(f"{at}: {name} is not described")
            elif inner is not True:
                found += mistakes(item, inner, root, f"{at}.{name}")
    return found
