"""The roof: settings, urls, navigation, the web shell and the keytally command."""
