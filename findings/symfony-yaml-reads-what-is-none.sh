#!/bin/bash
# Symfony Yaml 5.4.53 (PHP, Debian 12): what no YAML is is read without a word, and a part of it is lost; plain words mean other things.
#
# Expected: YAML 1.2 (chapter 7): a value is one node, so of two quoted texts one below the other without dashes the second is an error; an
# entry of a flow mapping cannot be empty ("{a: 1, , b: 2}"). Symfony's own documentation says that a ParseException is thrown when
# something goes wrong. PyYAML 6.0.3 refuses both.
# Seen: of the two texts the first is the value and the second is gone; the empty entry is passed over. Both stand in definitions of devices that a
# monitor written in PHP is shipped with: there the second object that a version may be read from is never asked for, and no test of
# theirs can tell. Of one plain file the two readers also make different values: yes and on are texts to one and true to the other, 12:30:45 is
# a text or 45045 (sexagesimal, YAML 1.1), 1e3 the number 1000 or a text.
#
# For whoever reads files that were written for a PHP program: one entry that is no YAML must not cost the file; read what stands around it and
# say which line was left out. And compare words as they were written, not as YAML 1.1 types them.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download php8.2-cli php8.2-common php-symfony-yaml=5.4.53+dfsg-0+deb12u1 \
  php-symfony-deprecation-contracts libargon2-1 libsodium23 libedit2 libmagic1 libxml2 libpcre2-8-0 libbsd0 libmd0
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check PyYAML==6.0.3
printf "version:\n    'A::rev.22'\n    'A::rev.24'\nmodel: 'x'\n" > lost.yaml
printf "states:\n    - {value: 1, , descr: gone}\n" > empty.yaml
printf "a: yes\nb: on\nc: 12:30:45\nd: 1e3\n" > words.yaml
cat > read.php <<'P'
<?php
spl_autoload_register(function ($class) {
    $path = 'root/usr/share/php/' . str_replace('\\', '/', $class) . '.php';
    if (is_file($path)) { require $path; }
});
require 'root/usr/share/php/Symfony/Contracts/Deprecation/function.php';
foreach (array_slice($argv, 1) as $file) {
    try {
        $said = json_encode(Symfony\Component\Yaml\Yaml::parse(file_get_contents($file)), JSON_PRESERVE_ZERO_FRACTION);
    } catch (Throwable $error) {
        $said = 'refused';
    }
    echo "php $file $said\n";
}
P
cat > read.py <<'P'
import json, sys
import yaml

for name in sys.argv[1:]:
    try:
        said = json.dumps(yaml.safe_load(open(name)), separators=(",", ":"))
    except yaml.YAMLError:
        said = "refused"
    print(f"python {name} {said}")
P
cat > stated <<'S'
php lost.yaml {"version":"A::rev.22","model":"x"}
php empty.yaml {"states":[{"value":1,"descr":"gone"}]}
php words.yaml {"a":"yes","b":"on","c":"12:30:45","d":1000.0}
python lost.yaml refused
python empty.yaml refused
python words.yaml {"a":true,"b":true,"c":45045,"d":"1e3"}
S
PHP=$(echo root/usr/lib/php/2*)
{
  LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu) timeout 30 root/usr/bin/php8.2 -n -d extension_dir="$PHP" -d extension=ctype read.php lost.yaml empty.yaml words.yaml
  timeout 30 v/bin/python read.py lost.yaml empty.yaml words.yaml
} > seen
cat seen
diff stated seen && echo "as stated" || { echo "CHANGED: see above"; exit 1; }
