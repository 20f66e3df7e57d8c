# What run.sh, test.sh and lock.sh share. Read with `.` under `set -eu`, with $top holding the top folder of the checkout.
# shellcheck shell=sh

venv=${LAYERDESK_VENV:-$top/.venv}
case $venv in
    /*) ;;
    *) venv=$PWD/$venv ;;
esac
lock=$top/packaging/requirements.lock

# Libraries that PySide6 and its X11 and offscreen platforms load from the system, each with the Debian package that has it.
libraries='
libGL.so.1 libgl1
libEGL.so.1 libegl1
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libX11-xcb.so.1 libx11-xcb1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-glx.so.0 libxcb-glx0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
'

say() {
    printf 'layerdesk: %s\n' "$*" >&2
}

stop() {
    say "$*"
    exit 1
}

# The first Python of 3.11 or later; nothing where there is none.
find_python() {
    for name in ${LAYERDESK_PYTHON:-} python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
}

missing_packages() {
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2> /dev/null || true)
    echo "$libraries" | while read -r library package; do
        [ -z "$library" ] && continue
        case $known in
            *"$library "*) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
    for family in dejavu-core:dejavu liberation:liberation; do
        ls /usr/share/fonts/truetype/"${family#*:}"*/*.ttf > /dev/null 2>&1 || printf '%s ' "fonts-${family%:*}"
    done
    python=$(find_python)
    if [ -z "$python" ]; then
        printf 'python3 python3-venv '
    elif ! "$python" -c 'import ensurepip, venv' > /dev/null 2>&1; then
        printf 'python3-venv %s-venv ' "$("$python" -c 'import sys; print("python3.%d" % sys.version_info[1])')"
    fi
}

# Prints what stands before a command that needs the rights of root: nothing, or sudo. Fails where neither will do.
rights() {
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif sudo -n true > /dev/null 2>&1; then
        echo sudo -n
    else
        return 1
    fi
}

install_packages() {
    become=$1
    shift
    $become apt-get update -qq > /dev/null 2>&1 || say 'the lists of packages could not be refreshed; trying those that are here'
    $become env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@" > /dev/null
}

system_packages() {
    missing=$(missing_packages)
    missing=${missing% }
    if [ -n "$missing" ]; then
        if ! command -v apt-get > /dev/null 2>&1; then
            say "no apt-get here; should it not start, install what these Debian packages hold: $missing"
            return 0
        fi
        become=$(rights) || stop "some system packages are missing; install them, then start again: sudo apt-get install $missing"
        say "installing system packages: $missing"
        # shellcheck disable=SC2086  # a list of names
        install_packages "$become" $missing || stop "that did not work; try it by hand: sudo apt-get install $missing"
    fi
    if ! command -v tesseract > /dev/null 2>&1; then
        if command -v apt-get > /dev/null 2>&1 && become=$(rights); then
            say 'installing the second text recogniser: tesseract-ocr'
            install_packages "$become" tesseract-ocr || say 'that did not work; going on without it'
        else
            say 'going on without the second text recogniser; get it with: sudo apt-get install tesseract-ocr'
        fi
    fi
}

digest() {
    sha256sum "$lock" | cut -d ' ' -f 1
}

ready() {
    [ "$(cat "$venv/layerdesk.stamp" 2> /dev/null)" = "$(digest)" ] && "$venv/bin/python" -c '' > /dev/null 2>&1
}

make_environment() {
    system_packages
    python=$(find_python)
    [ -n "$python" ] || stop 'no Python of version 3.11 or later was found, and the system has none to install; install one first'
    # Only what was begun here is cleared: LAYERDESK_VENV may name anything by mistake.
    if [ "$venv" != "$top/.venv" ] && [ -n "$(ls -A "$venv" 2> /dev/null)" ] && [ ! -f "$venv/layerdesk.begun" ]; then
        stop "$venv holds something else; empty it, or name another folder in LAYERDESK_VENV"
    fi
    say "making the Python environment in $venv; this takes a few minutes, once"
    rm -rf "$venv"
    mkdir -p "$venv"
    : > "$venv/layerdesk.begun"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock" ||
        stop 'the packages could not be installed; see above, then start again'
    digest > "$venv/layerdesk.stamp"
}

# Makes the environment unless it is there already, as the lock file has it. Two starts at once make it once.
prepare() {
    ready && return 0
    mkdir -p "$(dirname "$venv")"
    (
        flock 9
        ready || make_environment
    ) 9> "$venv.lock"
}
