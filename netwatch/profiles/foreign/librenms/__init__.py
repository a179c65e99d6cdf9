"""LibreNMS's definitions: which operating system a device has (os_detection), and what to read of it (os_discovery).

`detection` and `conditions` decide the system, `book` keeps what a folder holds and reads the discovery of a system
when the first device of it is met; `sensors`, `amounts` and `identity` turn entries into tables and concepts, which
`drafting` collects. What LibreNMS does in PHP is not read.
"""
