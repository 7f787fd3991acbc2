"""The output folder as an RO-Crate: what each file is, its hash, who decided, from which sources, with what.

Source: RO-Crate Metadata Specification 1.1, doi 10.5281/zenodo.4031327.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from synthesis.evidence import Evidence, rows_of
from synthesis.references import slug
from synthesis.words import Words, own_language

CRATE = "ro-crate-metadata.json"
_FORMATS = {
    "html": "text/html", "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
    "csv": "text/csv", "bib": "application/x-bibtex", "ris": "application/x-research-info-systems",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}  # fmt: skip


def crate(evidence: Evidence, files: Mapping[str, bytes], titles: Mapping[str, str], language: str) -> bytes:
    """The metadata of the output folder, as JSON-LD.

    Parameters
    ----------
    evidence : Evidence
    files : mapping
        Name -> content of every file beside this one.
    titles : mapping
        Name of a file -> what it holds, where that is known.
    language : str
        "en" or "da".

    Examples
    --------
    >>> from synthesis import example_evidence
    >>> graph = json.loads(crate(example_evidence(), {"flow.svg": b"<svg/>"}, {}, "en"))["@graph"]
    >>> [entity["@id"] for entity in graph][:4]
    ['ro-crate-metadata.json', './', 'flow.svg', '#source-scopus-ris']
    >>> graph[1]["datePublished"]
    '2026-11-05'
    """
    words = Words(language)
    title = own_language(evidence.protocol.title, language)
    listed = [_file(name, data, titles.get(name, ""), language) for name, data in sorted(files.items())]
    sources, people = _sources(evidence), _people(evidence)
    licence = _licence(evidence, words)
    as_of = evidence.latest_decision() or max(
        (str(day) for day in evidence.sources["date"] if day), default=""
    )
    root = {
        "@id": "./", "@type": "Dataset", "name": title.text or evidence.protocol.id,
        "description": " ".join(part for part in (
            words("crate_about"), own_language(evidence.protocol.invented, language).text) if part),
        "identifier": f"sha256:{evidence.input_hash}", "inLanguage": language,
        "version": evidence.protocol.version,
        "license": {"@id": licence["@id"]}, "creator": _ids(people), "hasPart": _ids(listed),
        "mentions": _ids(sources),
    }  # fmt: skip
    if as_of:
        root["datePublished"] = as_of[:10]
    software = {"@id": "#samsyn", "@type": "SoftwareApplication", "name": "Samsyn"}
    if evidence.made_with:
        software |= {"version": evidence.made_with, "softwareVersion": evidence.made_with}
    made = {
        "@id": "#render", "@type": "CreateAction", "name": words("crate_render"),
        "instrument": {"@id": "#samsyn"},
        "object": _ids(sources), "result": _ids(listed), "agent": _ids(people),
        **({"endTime": as_of} if as_of else {}),
    }  # fmt: skip
    descriptor = {
        "@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }  # fmt: skip
    graph = [descriptor, root, *listed, *sources, *people, licence, software, made]
    context = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
    held = {"@context": context, "@graph": graph}
    return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _file(name: str, data: bytes, title: str, language: str) -> dict[str, Any]:
    entity = {
        "@id": quote(name), "@type": "File", "name": title or name, "contentSize": str(len(data)),
        "encodingFormat": _FORMATS.get(name.rpartition(".")[2], "application/octet-stream"),
        "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    return entity | ({"inLanguage": language} if name.endswith((".html", ".docx", ".svg")) else {})


def _sources(evidence: Evidence) -> list[dict[str, Any]]:
    """The export files; they stay in the review's own folder, and are known by their hash."""
    entities = []
    for row in rows_of(evidence.sources):
        told = {
            "@id": f"#source-{slug(str(row['source_id']))}", "@type": "CreativeWork",
            "name": str(row["file"] or row["source_id"]), "sha256": str(row["sha256"]),
            "publisher": ", ".join(part for part in (str(row["database"]), str(row["platform"])) if part),
            "dateCreated": str(row["date"]), "description": str(row["query"]),
        }  # fmt: skip
        entities.append({key: value for key, value in told.items() if value})
    return entities


def _people(evidence: Evidence) -> list[dict[str, Any]]:
    """People as the protocol names them: everybody who decided, and nobody else."""
    ids = {
        name
        for frame in (evidence.screening_verdicts, evidence.coded_segments)
        for column in ("people", "settled_by")
        for names in frame[column]
        for name in str(names).split("; ")
        if name
    }
    for frame in (evidence.coding_decisions, evidence.descriptors):
        ids |= {str(name) for name in frame["person"] if name}
    return [
        {
            "@id": f"#person-{slug(name)}",
            "@type": "Person",
            "identifier": name,
            "name": evidence.name_of(name),
        }
        for name in sorted(ids)
    ]


def _licence(evidence: Evidence, words: Words) -> dict[str, Any]:
    licence = evidence.protocol.licence.strip()
    if licence.startswith(("https://", "http://")):
        return {"@id": licence, "@type": "CreativeWork", "name": licence}
    return {"@id": "#licence", "@type": "CreativeWork", "name": licence or words("crate_no_licence")}


def _ids(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]
