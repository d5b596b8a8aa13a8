"""View-models: one frozen state each, one signal, verbs for QML."""
