#!/usr/bin/env python3
"""Manual pages of our programs, from what they say of themselves (--experimental-dump-help).

usage: manpages.py PROGRAM VERSION DATE < dump.json > program.1
"""
import json
import re
import sys

SEE = {
    "botd": "botctl(1), botsim(1), systemd.service(5)",
    "botctl": "botd(1), botsim(1)",
    "botsim": "botd(1), botctl(1)",
}
FILES = {
    "botd": [
        ("/etc/botd/ACCOUNT.env", "Settings of the account that botd@ACCOUNT.service runs."),
        ("/etc/botd/roles", "What users of this machine may do."),
        ("/etc/credstore/botd.ACCOUNT.api-secret", "The account's API secret; the settings name it as credential:api-secret."),
        ("/var/lib/botd/ACCOUNT", "The account's journal: the only record of what was traded."),
        ("/run/botd/ACCOUNT/botd.sock", "Where botctl --account ACCOUNT finds the daemon."),
        ("/usr/share/doc/botd/README.Debian", "Four steps to a first account."),
        ("/usr/share/doc/botd/Running.md, Monitoring.md", "Upgrade, backup, moving, alerts and what to do."),
    ],
    "botctl": [("/run/botd/ACCOUNT/botd.sock", "Where --account ACCOUNT finds its daemon.")],
    "botsim": [],
}


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def bold(text):
    return "\\fB" + escape(text) + "\\fR"


def names(argument):
    forms = []
    for name in argument.get("names") or []:
        forms.append(("--" if name["kind"] == "long" else "-") + name["name"])
    value = argument.get("valueName") or "value"
    if argument["kind"] == "positional":
        return "\\fI" + escape(value) + "\\fR"
    text = ", ".join(bold(form) for form in sorted(forms, key=len))
    return text if argument["kind"] == "flag" else text + " \\fI" + escape(value) + "\\fR"


def arguments(command, out):
    shown = [a for a in command.get("arguments") or [] if a.get("shouldDisplay", True)]
    for argument in shown:
        if argument["kind"] != "positional" and {n["name"] for n in argument.get("names") or []} & {"help", "version"}:
            continue
        out.append(".TP")
        out.append(names(argument))
        words = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")])) or "\\&"
        default = argument.get("defaultValue")
        if default:
            words += " (default: %s)" % default
        out.append(escape(re.sub(r"\s*\n\s*", " ", words)))


def prose(text, out):
    """Paragraphs as they are; lines that are indented or stand in columns keep their form."""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        out.append(".PP")
        if "\n" in block or block.startswith(" "):
            out.append(".nf")
            out.append(escape(block))
            out.append(".fi")
        else:
            out.append(escape(block))


def synopsis(name, command):
    words = [bold(name)]
    if any(a["kind"] != "positional" for a in command.get("arguments") or []):
        words.append("[\\fIoptions\\fR]")
    for argument in command.get("arguments") or []:
        if argument["kind"] != "positional" or not argument.get("shouldDisplay", True):
            continue
        text = "\\fI" + escape(argument.get("valueName") or "value") + "\\fR" + (" ..." if argument.get("isRepeating") else "")
        words.append("[" + text + "]" if argument.get("isOptional") else text)
    return " ".join(words)


def subcommands(path, command, out):
    for child in sorted(command.get("subcommands") or [], key=lambda c: c["commandName"]):
        if child["commandName"] == "help" or not child.get("shouldDisplay", True):
            continue
        name = path + " " + child["commandName"]
        if child.get("subcommands"):
            subcommands(name, child, out)
            continue
        out += [".SS " + escape(name), synopsis(name, child), ".PP", escape(child.get("abstract") or "")]
        if child.get("discussion"):
            prose(child["discussion"], out)
        arguments(child, out)


def page(program, version, date, dump):
    command = dump["command"]
    abstract = (command.get("abstract") or "").rstrip(".")
    out = ['.TH %s 1 "%s" "botd %s" "User Commands"' % (program.upper(), date, version), ".nh", ".SH NAME"]
    out += ["%s \\- %s" % (program, escape(abstract)), ".SH SYNOPSIS"]
    children = [c for c in command.get("subcommands") or [] if c["commandName"] != "help"]
    out.append(bold(program) + " \\fIcommand\\fR [\\fIoptions\\fR]" if children else synopsis(program, command))
    out.append(".SH DESCRIPTION")
    prose(command.get("discussion") or abstract + ".", out)
    out.append(".SH OPTIONS")
    arguments(command, out)
    out += [".TP", bold("--version"), "Shows the version.", ".TP", bold("-h") + ", " + bold("--help"), "Shows help."]
    if children:
        out.append(".SH COMMANDS")
        subcommands(program, command, out)
    if FILES.get(program):
        out.append(".SH FILES")
        for path, meaning in FILES[program]:
            out += [".TP", "\\fI" + escape(path) + "\\fR", escape(meaning)]
    out += [".SH SEE ALSO", escape(SEE.get(program, "")).replace("\\-", "-")]
    return "\n".join(line for line in out if line != "") + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1], sys.argv[2], sys.argv[3], json.load(sys.stdin)))
