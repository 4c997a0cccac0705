"""Import contracts of our own: who may import the models of a capability, and who a guarded library."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _is_test(module: str) -> bool:
    return "tests" in module.split(".")


class OwnModels(Contract):
    """Allow the models of a capability to be imported outside it only by models and queries."""

    container = fields.StringField()
    readers = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - the signature is import-linter's
        """Walk every module of models, in packages too, and collect the foreign importers that are no readers."""
        breaches = [
            (importer, module)
            for app in sorted(graph.find_children(self.container))
            for module in sorted(graph.modules)
            if _is_within(module, f"{app}.models")
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if not self._may_read(importer, app)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def _may_read(self, importer: str, app: str) -> bool:
        if _is_within(importer, app) or _is_test(importer):
            return True
        depth = len(self.container.split(".")) + 1
        layer = importer.split(".")[depth : depth + 1]
        return bool(layer) and layer[0] in self.readers

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each breach."""
        for importer, models in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {models}; call its services or queries.")


class OnlyIn(Contract):
    """Allow a library to be imported only in the packages that are its home."""

    guarded = fields.StringField()
    homes = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - the signature is import-linter's
        """Collect the modules outside the homes that import the library directly."""
        importers = graph.find_modules_that_directly_import(self.guarded) if self.guarded in graph.modules else set()
        breaches = [
            importer
            for importer in sorted(importers)
            if not _is_test(importer) and not any(_is_within(importer, home) for home in self.homes)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each breach."""
        for importer in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {self.guarded}; its home is {', '.join(sorted(self.homes))}.")
