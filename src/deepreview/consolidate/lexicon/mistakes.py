"""Defects that need nobody else."""

from deepreview.consolidate.lexicon.base import Defect, Told

MISTAKES = (
    Defect(
        name="no time limit",
        rules="B113 W3101",
        said="""
        no timeout|without timeout|without a timeout|missing timeout|lacks a timeout|timeout argument
        kein timeout|ohne timeout|fehlendes timeout|ohne zeitlimit|kein zeitlimit
        sin timeout|tiempo de espera|tiempo limite
        timeout + hang|falta
        delai d expiration|sans timeout|aucun timeout|sans delai
        超时 + 未|没有|缺
        タイムアウト + ない|なし|未|せず|いません
        타임아웃|таймаут
        """,
    ),
    Defect(
        name="mutable default",
        rules="B006 W0102",
        said="""
        mutable default|dangerous default|default argument|argument default|standardargument|vorgabeargument
        argumento por defecto|argumento predeterminado|argument par defaut|argomento predefinito|argomento di default
        可变默认|默认参数|デフォルト引数|기본 인자|기본 인수
        умолчан + изменяем
        """,
    ),
    Defect(
        name="division by zero",
        rules="CWE-369",
        said="""
        division by zero|divide by zero|divides by zero|dividing by zero|zerodivision|zero division
        division durch null|durch null geteilt|nulldivision|division por cero|dividir por cero|dividir entre cero
        division par zero|divise par zero|divisao por zero|divisione per zero
        除零|除以零|除以 0|ゼロ除算|ゼロで割|0 除算|0 で割|0 으로 나|деление на ноль|деления на ноль
        """,
    ),
    Defect(
        name="exception lost",
        rules="B110 B112 E722 BLE001 SIM105 W0702 W0703 W0718 CWE-390 CWE-391",
        said="""
        except pass|bare except|broad except|blind except|general exception
        broad exception|empty catch|suppress exception
        exception|except$|exceptions + swallow|ignored|silenc|silent|suppress|hides|hidden|discard
        ausnahme|exception + verschluck|ignorier|unterdruck
        excepcion + silenci|ignora|traga|captura
        exception + avale|ignoree|etouffee|silence
        异常 + 吞|忽略|静默
        例外 + 握りつぶ|握り潰|無視
        예외 + 무시|삼킨|삼켜
        исключен + проглат|игнор|подавл
        """,
    ),
    Defect(
        name="error not handled",
        rules="G104 CWE-252 errcheck",
        said="""
        error|err$|errors + ignored|dropped|discarded|unchecked|not checked|unhandled|not handled|swallow|thrown away
        fehler + ignoriert|nicht gepruft|nicht behandelt|verschluckt|verworfen
        error + se ignora|ignorado|no se comprueba|no se verifica|no se maneja|sin comprobar|sin manejar
        erreur + ignoree|pas verifiee|non verifiee|pas geree|non geree|avalee
        错误 + 忽略|未检查|未处理|没有检查|没有处理|被吞
        エラー + 無視|確認していな|確認されて|チェックして|チェックされ|処理していな|処理されて|握りつぶ
        """,
        told=Told.NAMES,
    ),
    Defect(
        name="not closed",
        rules="SIM115 R1732 CWE-404 CWE-772 CWE-775 bodyclose",
        said="""
        never closed|not closed|never close|unclosed|without closing|is not close
        descriptor leak|handle leak|resource leak
        leaks + connection|handle|descriptor|file$|socket
        open + context manager|context handler|with statement
        nicht geschlossen|nie geschlossen|ressourcenleck
        no se cierra|nunca se cierra|sin cerrar|fuga de descriptor|fuga de recurso
        jamais ferme|pas ferme|non ferme|fuite de
        未关闭|没有关闭|没关闭|资源泄漏|资源泄露|句柄泄
        クローズ + ない|漏れ|忘れ
        閉じていない|閉じられていない|閉じていません|リソースリーク|닫지|닫히지|не закры
        """,
    ),
    Defect(
        name="index out of range",
        rules="CWE-125 CWE-129 CWE-193",
        said="""
        off by one|fencepost|past the end|indexerror|index out of range|out of bounds
        index + out of range|ausserhalb
        um eins|fuera de rango|fuera de los limites|hors limites|hors bornes|hors des limites|decalage d un
        差一|越界|オフバイワン|範囲外|境界外|за пределы
        """,
    ),
    Defect(
        name="nothing dereferenced",
        rules="CWE-476 SA5011",
        said="""
        null|nil|none|undefined + dereferenc|dereferenz|desreferenc
        null pointer|nil pointer|nullpointer|null reference|nonetype|attributeerror
        nullzeiger|null zeiger|nil zeiger|puntero nulo|referencia nula|pointeur nul
        空指针|空引用|nil ポインタ|null ポインタ|ヌルポインタ|null 参照|none 参照
        nil 参照|ヌル参照|널 포인터|null 포인터
        null|nil|none + may be|can be|could be|might be|returns|may return|can return|kann|puede|peut|可能|为空
        нулев + указател
        """,
        told=Told.NAMES,
    ),
    Defect(
        name="race",
        rules="CWE-362 CWE-366 CWE-367",
        said="""
        race condition|data race|race$|races$|racy|toctou
        concurrent map|concurrent write|concurrent access|not thread safe
        without a lock|without lock|without holding|without a mutex|unsynchroni
        wettlauf|condicion de carrera|sans verrou|acces concurrent|situation de competition|condicao de corrida
        数据竞争|竞态|竞争条件|データ競合|競合状態|レースコンディション
        경쟁 상태|경쟁 조건|состояние гонки|гонка данных
        """,
    ),
    Defect(
        name="deadlock",
        rules="CWE-833",
        said="deadlock|verklemm|interbloqueo|interblocage|死锁|デッドロック|교착|взаимная блокировка",
    ),
    Defect(
        name="endless loop",
        rules="CWE-835",
        said="""
        infinite loop|endless loop|endlosschleife|bucle infinito|boucle infinie|无限循环|死循环
        無限ループ|무한 루프
        """,
    ),
    Defect(
        name="unused",
        rules="F401 F841 W0611 W0612 W0613 ARG001 ARG002 CWE-563 no-unused-vars unused-import unused-variable",
        said="""
        unused|never used|not used|imported but|assigned but|nicht verwendet
        ungenutzt|unbenutzt|nie benutzt|nicht benutzt
        sin usar|no se usa|no utilizad|no se utiliza|inutilise|jamais utilise|non utilise|pas utilise|non utilizzat
        未使用|没有使用|没用到|使われていない|使用されていない|사용되지|사용하지|не использу|неиспользу
        """,
        told=Told.MISSING,
    ),
    Defect(
        name="undefined name",
        rules="F821 E0602 no-undef",
        said="""
        undefined name|undefined variable|is not defined|nicht definiert|no definid
        no esta definid|non defini|pas defini
        未定义|未定義|정의되지|не определен
        """,
        told=Told.MISSING,
    ),
    Defect(
        name="not awaited",
        rules="no-floating-promises",
        said="""
        missing await|not awaited|never awaited|without await|floating promise|unawaited|await is missing|forgot await
        fehlendes await|await fehlt|nicht abgewartet|falta await|falta un await|sin await|await manquant|sans await
        缺少 await|没有 await|未 await|await が|await 漏れ|await 누락
        """,
    ),
    Defect(
        name="loop variable captured",
        rules="B023 W0640",
        said="""
        late binding|loop variable|cell variable|spate bindung|schleifenvariable|variable del bucle|variable de bucle
        enlace tardio|variable de boucle|liaison tardive|循环变量|延迟绑定|ループ変数|遅延束縛
        """,
    ),
    Defect(
        name="integer overflow",
        rules="CWE-190",
        said="""
        integer overflow|ganzzahluberlauf|desbordamiento de enter|debordement d entier|整数溢出
        整数オーバーフロー
        """,
    ),
    Defect(
        name="process not checked",
        rules="W1510",
        said="value for check|without explicit check|check argument|check true",
    ),
)
