"""The API's reference as a page: made from its own OpenAPI document, without scripts and without a network.

FastAPI's own page loads its scripts from a public server, which a border post does not reach and a
strict content security policy forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]


_DEMO = '<p role="note"><strong>Demonstration: every traveller and every list entry is made up.</strong></p>'


def page(document: Schema, *, demo: bool = False) -> str:
    """The whole page, as HTML; in a `demo` it says that this is one."""
    info = document["info"]
    sections = [_section(tag, _operations(document, tag["name"])) for tag in document["tags"]]
    schemas = [_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/style.css"></head>'
        f"<body><header>{_DEMO if demo else ''}<h1>{title}</h1>{_prose(info['description'])}"
        '<p>For programs: <a href="/openapi.json">openapi.json</a></p></header>'
        f"{_contents(document['tags'])}<main>{''.join(sections)}"
        f'<section><h2 id="shapes">Shapes</h2>{"".join(schemas)}</section></main></body></html>'
    )


def _contents(tags: Iterable[Schema]) -> str:
    links = [f'<a href="#{_id(tag["name"])}">{escape(tag["name"])}</a>' for tag in tags]
    return f'<nav>{"".join(links)}<a href="#shapes">shapes</a></nav>'


def _section(tag: Schema, operations: Iterable[str]) -> str:
    name = escape(tag["name"])
    return f'<section><h2 id="{_id(name)}">{name}</h2>{_prose(tag["description"])}{"".join(operations)}</section>'


def _operations(document: Schema, tag: str) -> Iterator[str]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield _operation(method.upper(), path, operation)


def _operation(method: str, path: str, operation: Schema) -> str:
    return (
        f"<article><h3><b>{method}</b> <code>{escape(path)}</code></h3>{_prose(operation.get('description', ''))}"
        f"{_parameters(operation.get('parameters', ()))}{_bodies('Sends', operation.get('requestBody', {}))}"
        f"{''.join(_answers(operation['responses']))}</article>"
    )


def _parameters(parameters: Iterable[Schema]) -> str:
    rows = [
        (p["name"], f"in the {p['in']}, {_type(p['schema'])}", p.get("required", False), p.get("description", ""))
        for p in parameters
    ]
    return _table(rows)


def _bodies(verb: str, body: Schema) -> str:
    kinds = [
        f"{_type(content.get('schema', {}))} as {escape(kind)}" for kind, content in body.get("content", {}).items()
    ]
    return f"<p>{verb} {' or '.join(kinds)}.</p>" if kinds else ""


def _answers(responses: Schema) -> Iterator[str]:
    for status, response in responses.items():
        if status.isdecimal():
            yield _bodies(f"Answers {status} with", response) or f"<p>Answers {status}.</p>"


def _schema(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (field, _type(inner), field in required, inner.get("description", ""))
        for field, inner in schema.get("properties", {}).items()
    ]
    codes = f"<p>{_type(schema)}</p>" if "enum" in schema else ""
    described = _prose(schema.get("description", ""))
    return f'<article><h3 id="shape-{escape(name)}">{escape(name)}</h3>{described}{codes}{_table(rows)}</article>'


def _table(rows: Iterable[tuple[str, str, bool, str]]) -> str:
    lines = [
        f"<tr><td><code>{escape(name)}</code></td><td>{kind}{'' if needed else ', optional'}</td>"
        f"<td>{_inline(about)}</td></tr>"
        for name, kind, needed, about in rows
    ]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _type(schema: Schema) -> str:
    """A schema in a few words, with a link where it has a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if "const" in schema or "enum" in schema:
        return ", ".join(f"<code>{escape(str(code))}</code>" for code in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type") or "anything"))


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(paragraph)}</p>" for paragraph in text.split("\n\n") if paragraph.strip())


def _inline(text: str) -> str:
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text))


def _id(name: str) -> str:
    return escape(name.replace(" ", "-"))
