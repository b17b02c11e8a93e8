"""What a disclosure says: frozen models, one module per part of the document.

Every field has an English name and, in `Zh`, the Chinese names it may be typed under.
All amounts are `Decimal` in 元.
"""

from reportgen.model.disclosure import Disclosure

__all__ = ["Disclosure"]
