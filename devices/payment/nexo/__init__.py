"""Payment terminals that speak nexo Sale to POI as JSON: Adyen's Terminal API, used locally.

`seal` keeps the wire secret, `line` carries one request and its answer, `messages` says what we say, `answers` reads
what comes back, `driver` is the port.
"""
