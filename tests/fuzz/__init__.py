"""REST under fire: calls made up from ``/openapi.json``, as each role, against a filled world.

``table.py`` says what the permission table lets an answer be, ``scene.py`` is the world, ``fire.py`` makes the calls.
"""
