"""The import rule that layers cannot say: a service shows a small face, the rest is private."""

from typing import Any, ClassVar

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicFaceContract(Contract):
    """A service is imported by others only through the packages named in `face`.

    `shared` services may be imported everywhere, except for their `shared_private` parts, which are
    for modules of the same name elsewhere (`orders.api` may use `core.api`). `compositors` (the
    packages that put everything together) may also import the parts in `compositor_face`. Tests may
    build what they need with any service's models.
    """

    type_name: ClassVar[str] = "public_face"

    package: Any = fields.StringField()
    face: Any = fields.SetField(subfield=fields.StringField())
    shared: Any = fields.SetField(subfield=fields.StringField())
    compositors: Any = fields.SetField(subfield=fields.StringField())
    compositor_face: Any = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not self._is_allowed(importer, imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} may not import {imported}: it is private there")
        output.new_line()

    def _is_allowed(self, importer: str, imported: str) -> bool:
        source, target = self._parts(importer), self._parts(imported)
        if len(target) < 2 or source[:1] == target[:1] or "tests" in source:
            return True
        service, part = target[0], target[1]
        if service in self.shared:
            return True
        if source[:1] and source[0] in self.compositors and part in self.compositor_face:
            return True
        return part in self.face

    def _parts(self, module: str) -> list[str]:
        """Service and what is below it; nothing for a module outside the package."""
        prefix = f"{self.package}."
        return module.removeprefix(prefix).split(".") if module.startswith(prefix) else []
