from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed names that also rewrite imports between ES modules."""

    support_js_module_import_aggregation = True
    manifest_strict = False
